"""Webhooks: an entity's program is told, by a signed request, that something happened to a referral.

The signatures are those of Standard Webhooks (standardwebhooks.com); docs/recipes/receive-a-webhook.md is for whoever
writes the receiving program.
"""
