"""How the tables came to be, one revision at a time; alembic runs them in order when a database is opened."""
