"""THE catalogue of messages: `facts` and `decisions` are recorded, `commands` ask, `sync` brings actors back."""
