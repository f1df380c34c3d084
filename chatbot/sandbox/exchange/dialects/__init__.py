"""How each exchange says what the simulated market does: one module an exchange, its hosts, paths and field sets."""
