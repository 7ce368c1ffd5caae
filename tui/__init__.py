"""The Textual screen: panes draw, the app routes, the desk decides."""
