"""Privacy: exports of a user's data, and the erasure of accounts and deleted videos.

data_requests     the state of each export and erasure
exports           plans an export and writes its archives
export_documents  what an export says, part by part; without data of others
endings           how exports and erasures end, and who is told
zip_upload        writes a zip archive straight into storage
personal_data     what the tables hold of one user
account_deletion  deletes an account, recovers it, and starts its erasure when it is due
account_erasure   erases an account, store by store
event_erasure     erases accounts from the archive of behavior events, week by week
event_export      what the archive holds of one viewer
interest_export   what a viewer likes: in the long term, and now
video_erasure     erases videos with everything that belongs to them
"""
