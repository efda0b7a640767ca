"""Accounts: users, their profiles, handles, avatars and sessions.

users              a user's item, and the facts about it that other rooms ask for
profiles           a user as others see them
handles            unique names: claimed, released, held
impersonation      names that speak for the service
avatars            where a picture is uploaded, and which one is shown
avatar_processing  makes the avatar out of the uploaded picture
image_sanitizer    draws a picture anew, without metadata; pure
sessions           sign-ins, and whether one is still valid
passwords          changed by their owner, or set anew after they were forgotten
user_pool          what administrators do in Cognito
administration     suspends and restores accounts, gives and takes roles
"""
