"""One pane per file; hot panes draw lines."""
