"""What a product is told of provisioning: after commit, and only of what did change.

| signal | sent after | sender |
|---|---|---|
| `user_provisioned` | POST made an account, or brought a deleted one back as new | the user model |
| `user_changed` | PUT or PATCH changed an attribute, `active` included | the user model |
| `user_deactivated` | PUT, PATCH or DELETE made an active account inactive | the user model |
| `user_reactivated` | PUT or PATCH made an inactive account active | the user model |
| `user_deprovisioned` | DELETE, whether the row stays or goes | the user model |
| `membership_changed` | users came into a group or left it, by whatever request | the group's model |
| `connection_enabled` | provisioning was switched on | `Connection` |
| `connection_disabled` | provisioning was switched off | `Connection` |
| `connection_rotated` | a new token was made beside, or in place of, the one so far | `Connection` |

`user_…`: `user`, as it was written; `changes`, what changed in it, by path: `{"title": ("Trainee", "Engineer")}`, and
`(None, None)` for what is never shown; `connection`; `request_id`.

`membership_changed`: `group`, the product's object; `group_id`, its SCIM id; `level`, where the object is one Group per
level, else None; `added` and `removed`, sets of the users' primary keys; `connection`; `request_id`.

`connection_…`: `connection`; `by`, the user who did it, None on the command line.

Of one request the signals come in the order of the table. A receiver that raises is logged by Django under
`django.dispatch`; neither the answer nor the other receivers notice.
"""

from __future__ import annotations

from django.dispatch import Signal

user_provisioned = Signal()
user_changed = Signal()
user_deactivated = Signal()
user_reactivated = Signal()
user_deprovisioned = Signal()
membership_changed = Signal()
connection_enabled = Signal()
connection_disabled = Signal()
connection_rotated = Signal()
