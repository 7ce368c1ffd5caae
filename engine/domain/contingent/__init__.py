"""What hangs on other orders: exits sized by what their entry has filled."""
