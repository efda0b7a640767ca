"""Every DynamoDB table, its keys and its indexes, written once. Infra builds the tables from these models.

base.py    what every table is made of      every.py   all of them, for infra
The others hold the tables of their noun: a function imports, and is given, what it uses.
"""
