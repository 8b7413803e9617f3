"""Images to people: pose engines and the process that feeds them."""
