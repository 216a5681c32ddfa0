"""DTYP: how a record gets or gives its value. Device support is found by its module being here."""
