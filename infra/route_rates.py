"""How often one user may call what costs more than a read, or other people's attention: defaults of a stage."""

from reelstack.web.rate_limits import Rate

ROUTE_RATES: dict[str, Rate] = {
    "POST /v1/uploads": Rate(at_once=20, per_second=0.5),
    # Each lists up to 10,000 parts: ten requests to S3.
    "GET /v1/uploads/{upload_id}": Rate(at_once=40, per_second=0.2),
    "POST /v1/uploads/{upload_id}/complete": Rate(at_once=20, per_second=0.1),
    "DELETE /v1/uploads/{upload_id}": Rate(at_once=20, per_second=0.05),
    # What may deny tokens at the edge, of a video or of all that an account has.
    "PATCH /v1/videos/{video_id}": Rate(at_once=30, per_second=0.01),
    "DELETE /v1/videos/{video_id}": Rate(at_once=60, per_second=0.02),
    "PATCH /v1/me": Rate(at_once=10, per_second=0.0005),
    # A guess at a password; Cognito locks an account for a while after five.
    "POST /v1/me/password": Rate(at_once=5, per_second=0.002),
    "PUT /v1/me/handle": Rate(at_once=10, per_second=0.001),
    "DELETE /v1/me/handle": Rate(at_once=10, per_second=0.001),
    # A picture that is drawn anew and looked at; a connection that stays open for two hours; a phone.
    "POST /v1/me/avatar": Rate(at_once=10, per_second=0.001),
    "DELETE /v1/me/sessions": Rate(at_once=10, per_second=0.01),
    "POST /v1/me/connection": Rate(at_once=20, per_second=0.02),
    "PUT /v1/me/devices/{device_id}": Rate(at_once=20, per_second=0.02),
    "POST /v1/videos/{video_id}/retry": Rate(at_once=6, per_second=0.02),
    "POST /v1/videos/{video_id}/appeal": Rate(at_once=4, per_second=0.02),
    "POST /v1/production/redrive": Rate(at_once=6, per_second=0.2),
    "POST /v1/production/reencode": Rate(at_once=20, per_second=1),
    "POST /v1/remoderations": Rate(at_once=20, per_second=1),
    "POST /v1/me/export": Rate(at_once=4, per_second=0.02),
    # A hundred events each: a player sends a batch every fifteen seconds or so.
    "POST /v1/events": Rate(at_once=20, per_second=0.08),
    # An archive lists objects; a restore is paid for: 0.20 $ if a clip of ten minutes is wanted within minutes.
    "GET /v1/videos/{video_id}/archive": Rate(at_once=20, per_second=0.1),
    "PUT /v1/videos/{video_id}/archive": Rate(at_once=60, per_second=0.001),
    "POST /v1/videos/{video_id}/archive/restore": Rate(at_once=10, per_second=0.0001),
    # Numbers that change once a day.
    "GET /v1/videos/{video_id}/analytics": Rate(at_once=20, per_second=0.1),
    "GET /v1/me/analytics": Rate(at_once=20, per_second=0.05),
    "GET /v1/search/videos": Rate(at_once=20, per_second=2),
    "GET /v1/search/users": Rate(at_once=20, per_second=2),
    "POST /v1/videos/{video_id}/comments": Rate(at_once=20, per_second=0.2),
    "PATCH /v1/videos/{video_id}/comments/{comment_id}": Rate(at_once=20, per_second=0.2),
    # Each writes a whole timeline.
    "PUT /v1/users/{user_id}/follow": Rate(at_once=40, per_second=0.01),
    "PUT /v1/me/follow-requests/{user_id}": Rate(at_once=40, per_second=0.04),
    "PUT /v1/videos/{video_id}/report": Rate(at_once=20, per_second=0.05),
    "PUT /v1/videos/{video_id}/comments/{comment_id}/report": Rate(at_once=20, per_second=0.05),
}
"""By the route's name in the catalogue; each is a bucket of its own."""
