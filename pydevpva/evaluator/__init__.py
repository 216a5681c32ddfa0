"""User Python: compiled link code, the evaluator thread, the pydev module users see."""
