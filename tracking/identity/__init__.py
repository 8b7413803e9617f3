"""Who is who, when what comes afterwards may be known: Stages from People to People."""
