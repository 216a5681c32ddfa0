"""What each record type does when it processes. Everything here lives on the database thread."""
