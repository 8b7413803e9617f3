"""Models that people fetch themselves: what they are, where they are kept, whether they are whole.

`catalogue` lists them, `install` checks a file and puts it into the `store`.
"""
