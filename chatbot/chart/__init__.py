"""What candles say: indicators, structure, regime, levels a plan might use. Pure; it proposes and never decides."""
