"""What finds or cuts out a thing that words or marks name, with published networks of transformers: loading them, wording, boxes, masks."""
