"""What `trader match` must answer, from its documentation alone: rows in, trades and counts out."""

import csv


def play(text: str):
    """(trades as 'taker,maker,price,quantity', missed, resting)."""
    player = Player()
    for row in csv.DictReader(text.splitlines()):
        if row["op"] in ("cancel", "reduce", "replace"):
            player.change(row)
        else:
            player.add(row)
        player.let_stops_enter()
    return player.trades, player.missed, len(player.book) + len(player.stops)


class Player:
    """Lists of orders as dictionaries, oldest first, searched from end to end."""

    def __init__(self) -> None:
        self.book, self.stops, self.trades = [], [], []
        self.missed, self.last = 0, None

    def add(self, row) -> None:
        op, order = row["op"], order_of(row)
        there = sum(other["open"] for other in self.makers(order))
        if op in ("stop", "stop_limit"):
            self.wait(order)
        elif not (op == "post" and there) and not (op == "fok" and there < order["open"]):
            self.arrive(order)

    def change(self, row) -> None:
        named = [o for o in self.book + self.stops if o["id"] == row["order_id"]]
        self.missed += not named
        for order in named:
            home = self.book if order in self.book else self.stops
            if row["op"] == "cancel" or not self.keeps_place(row, order, home is self.book):
                home.remove(order)
                if row["op"] != "cancel" and order["open"]:
                    (self.arrive if home is self.book else self.wait)(order)

    def keeps_place(self, row, order, resting: bool) -> bool:
        """Sets what the row sets; whether the order stays where it is."""
        quantity = int(row["quantity"])
        price = int(row["price"]) if row["price"] else order["price"]
        if not resting and order["price"] is None:
            price = None
        stop = int(row["stop"]) if row["stop"] and not resting else order["stop"]
        if row["op"] == "reduce":
            price, stop, quantity = order["price"], order["stop"], order["open"] - quantity
        same = price == order["price"] and stop == order["stop"] and quantity <= order["open"]
        order.update(price=price, stop=stop, open=max(quantity, 0))
        return bool(order["open"]) and same

    def arrive(self, order) -> None:
        while order["open"]:
            makers = self.makers(order)
            if not makers:
                break
            self.trade(order, min(makers, key=lambda o: o["price"] * order["sign"]))
        if order["open"] and order["rests"]:
            self.book.append(order)

    def trade(self, order, maker) -> None:
        quantity = min(order["open"], maker["open"])
        self.trades.append(f"{order['id']},{maker['id']},{maker['price']},{quantity}")
        self.last = maker["price"]
        for stop in self.stops:
            stop["hit"] = stop["hit"] or is_reached(stop, self.last)
        order["open"] -= quantity
        maker["open"] -= quantity
        if not maker["open"]:
            self.book.remove(maker)

    def makers(self, order):
        return [o for o in self.book if o["side"] != order["side"] and takes(order, o)]

    def wait(self, order) -> None:
        order["hit"] = is_reached(order, self.last)
        self.stops.append(order)

    def let_stops_enter(self) -> None:
        while any(stop["hit"] for stop in self.stops):
            first = next(stop for stop in self.stops if stop["hit"])
            self.stops.remove(first)
            self.arrive(first)


def order_of(row):
    return {
        "id": row["order_id"],
        "side": row["side"],
        "sign": 1 if row["side"] == "B" else -1,
        "price": int(row["price"]) if row["price"] else None,
        "stop": int(row["stop"]) if row["stop"] else None,
        "open": int(row["quantity"]),
        "rests": row["op"] in ("limit", "post", "stop_limit"),
    }


def takes(order, other) -> bool:
    return order["price"] is None or (order["price"] - other["price"]) * order["sign"] >= 0


def is_reached(stop, price) -> bool:
    return price is not None and (price - stop["stop"]) * stop["sign"] >= 0
