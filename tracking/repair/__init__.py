"""Mends an estimator's faults before anything smooths them: twins, exchanged hands, jumps."""
