"""What is kept: tables, migrations and the repositories behind the ports. The only room that speaks SQL."""
