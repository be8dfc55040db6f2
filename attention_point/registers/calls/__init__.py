"""Calls for proposals: their monitoring, the bulletin that tells of them, the answers, the proposals."""
