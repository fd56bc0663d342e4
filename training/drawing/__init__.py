"""Training of the nano network that draws: words and labelled boxes to small pictures of the picture book's world, and changes in them."""
