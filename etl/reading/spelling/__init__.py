"""How units and identities are written: 万元 and %, case numbers, credit codes."""
