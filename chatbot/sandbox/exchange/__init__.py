"""A simulated futures exchange on loopback that speaks Binance's USDⓈ-M REST dialect; no money, no orders."""
