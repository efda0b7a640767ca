package dev.reelstack.example

import org.json.JSONObject
import java.io.File
import java.util.UUID

/** Every request once, against a running site: SITE ENDPOINT CLIENT_ID FILE, then name and password of a viewer and of a
 * creator. Prints what came of it. */
fun main(arguments: Array<String>) {
    val (site, endpoint, clientId, path) = arguments
    val (viewer, creator) = arguments.drop(4).chunked(2).map { signIn(endpoint, clientId, it[0], it[1]) }
    val reelstack = Reelstack(site) { viewer.access }

    val page = reelstack.feed()
    val video = page.getJSONArray("items").getJSONObject(0)
    val id = video.getString("video_id")
    val playback = video.getJSONObject("playback")
    val rendition = playback.getJSONArray("renditions").objects().first { it.getString("codec") == "avc" }
    val unit = reelstack.firstUnit(playback, rendition)

    val view = event("play", video)
    Thread.sleep(1000) // somebody watches: more than can have been watched is refused
    val watched = mapOf("view_id" to view.getString("id"), "watched_ms" to 900, "position_ms" to 900)
    val taken = reelstack.report(listOf(event("impression", video), view, event("progress", video, watched)))

    reelstack.like(id)
    val key = UUID.randomUUID().toString()
    val comments = List(2) { reelstack.comment(id, "From Kotlin", key).getString("comment_id") }

    val file = File(path)
    val upload = Reelstack(site) { creator.access }.upload(file, "From Kotlin", File(file.path + ".upload"))
    val said = JSONObject().put("video_id", id).put("session", page.getString("session")).put("unit_bytes", unit.size)
        .put("unit_starts", String(unit, 4, 4)).put("accepted", taken.getInt("accepted"))
        .put("comments", comments.toSet().size).put("upload", upload.getString("state"))
        .put("uploaded_video_id", upload.getString("video_id"))
    println(said)
}
