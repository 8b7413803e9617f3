"""Camera images from any source, stamped at the grab and published."""
