"""What users' code gives, made plain: from here on nothing of it runs any more. Used on the thread of that code."""
