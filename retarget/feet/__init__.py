"""Feet that stand where they stand: contacts, leg IK and foot lock, live and for whole takes.

Plain arrays in and out, in our world (metres, +Y up), for any rig: see `legs.Legs`.
"""
