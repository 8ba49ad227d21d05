"""Training and competency record for specialist paramedics in mental health."""
