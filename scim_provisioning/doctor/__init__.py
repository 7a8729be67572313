"""The doctor: plays what identity providers send, and says for each step whether it went well, and the remedy if not.

`providers` has the conversations as data; `inside` and `outside` carry them: through the whole project in this process,
in transactions that are rolled back, or over HTTP to a public address. `player` plays them, `diagnosis` names what is
wrong by the first of the `rules` that fits, `examination` is all of it in its order.
"""
