"""The only room that speaks to exchanges: public market data through ccxt, nothing that could place an order."""
