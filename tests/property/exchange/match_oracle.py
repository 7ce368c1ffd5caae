"""What `trader match` must answer, from its documentation alone: rows in, trades and counts out."""

import csv


def play(text: str):
    """(trades as 'taker,maker,price,quantity', missed, resting)."""
    book, stops, trades, missed = [], [], [], 0
    last = None

    def arrive(order):
        nonlocal last
        while order["open"]:
            others = [o for o in book if o["side"] != order["side"] and takes(order, o)]
            if not others:
                break
            maker = min(others, key=lambda o: o["price"] * order["sign"])
            quantity = min(order["open"], maker["open"])
            trades.append(f"{order['id']},{maker['id']},{maker['price']},{quantity}")
            last = maker["price"]
            for stop in stops:
                stop["hit"] = stop["hit"] or beyond(stop, last)
            order["open"] -= quantity
            maker["open"] -= quantity
            if not maker["open"]:
                book.remove(maker)
        if order["open"] and order["rests"]:
            book.append(order)

    def takes(order, other):
        return order["price"] is None or (order["price"] - other["price"]) * order["sign"] >= 0

    def beyond(stop, price):
        return price is not None and (price - stop["stop"]) * stop["sign"] >= 0

    def wait(order):
        order["hit"] = beyond(order, last)
        stops.append(order)

    def change(row, order):
        resting = order in book
        if row["op"] == "cancel":
            (book if resting else stops).remove(order)
            return
        quantity = int(row["quantity"])
        price = int(row["price"]) if row["price"] else order["price"]
        if not resting and order["price"] is None:
            price = None
        trigger = int(row["stop"]) if row["stop"] and not resting else order["stop"]
        if row["op"] == "reduce":
            price, trigger, quantity = order["price"], order["stop"], order["open"] - quantity
        same = price == order["price"] and trigger == order["stop"] and quantity <= order["open"]
        order.update(price=price, stop=trigger, open=max(quantity, 0))
        if order["open"] and same:
            return
        (book if resting else stops).remove(order)
        if order["open"]:
            (arrive if resting else wait)(order)

    for row in csv.DictReader(text.splitlines()):
        op = row["op"]
        if op in ("cancel", "reduce", "replace"):
            named = [o for o in book + stops if o["id"] == row["order_id"]]
            missed += not named
            for order in named:
                change(row, order)
        else:
            sign = 1 if row["side"] == "B" else -1
            order = {
                "id": row["order_id"], "side": row["side"], "sign": sign,
                "price": int(row["price"]) if row["price"] else None,
                "stop": int(row["stop"]) if row["stop"] else None,
                "open": int(row["quantity"]),
                "rests": op in ("limit", "post", "stop_limit"),
            }  # fmt: skip
            there = sum(o["open"] for o in book if o["side"] != row["side"] and takes(order, o))
            if op in ("stop", "stop_limit"):
                wait(order)
            elif not (op == "post" and there) and not (op == "fok" and there < order["open"]):
                arrive(order)
        while any(stop["hit"] for stop in stops):
            first = next(stop for stop in stops if stop["hit"])
            stops.remove(first)
            arrive(first)
    return trades, missed, len(book) + len(stops)
