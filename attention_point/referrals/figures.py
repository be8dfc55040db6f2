"""How many referrals wait now, by entity: counted from the rows, which say in clear only entity, state and times.

Each count reads one range of an index and stops at ``MOST`` rows, whatever has piled up in years.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import batched_

from sqlalchemy import Select, bindparam, func, literal_column, select, union_all
from sqlalchemy.orm import Session
