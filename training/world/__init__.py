"""The written side of the picture book: what its objects are called and what is known of them."""
