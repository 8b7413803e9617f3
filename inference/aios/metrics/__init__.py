"""AGORA's and BEDLAM's measures, from predictions and ground truth in files."""
