"""The paper venue: a simulated exchange that answers the desk as any venue would."""
