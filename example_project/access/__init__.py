"""What the product's users may do, and on which projects."""
