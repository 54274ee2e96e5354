"""The Web API of the sandbox: one module per noun, and the door through which the bot calls them."""
