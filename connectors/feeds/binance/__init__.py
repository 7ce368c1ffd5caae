"""Raw websocket lines of a Binance spot pair as a market for the paper venue."""
