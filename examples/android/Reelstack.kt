/*
 * Reelstack over plain HTTP for Android: sign-in, feed, playback by fetch units, like, comment, events, and an upload that
 * is resumed. It uses what Android has (HttpURLConnection, org.json) and blocks: call it from a coroutine on
 * Dispatchers.IO. docs/mobile.md explains each request.
 */
package dev.reelstack.example

import org.json.JSONArray
import org.json.JSONObject
import java.io.File
import java.io.IOException
import java.io.RandomAccessFile
import java.net.HttpURLConnection
import java.net.URI
import java.net.URLEncoder
import java.util.UUID
import kotlin.random.Random

/** An answer with a status of 400 or more. `type` is the end of the problem's address, such as "video-not-found". */
class Refused(val status: Int, val type: String, message: String, val retryAfterSeconds: Double) : Exception(message)

class Answer(val status: Int, val body: ByteArray, val retryAfterSeconds: Double) {
    fun json() = JSONObject(String(body))
}

val RETRYABLE = setOf(408, 425, 429, 500, 502, 503, 504)
const val ATTEMPTS = 6
const val LONGEST_WAIT_SECONDS = 60.0
const val CONNECT_MS = 10_000
const val READ_MS = 30_000

/** One request, sent once. `headers` is everything that is sent besides what HTTP itself needs. */
fun send(method: String, url: String, headers: Map<String, String>, body: ByteArray? = null): Answer {
    val connection = URI(url).toURL().openConnection() as HttpURLConnection
    connection.requestMethod = method
    connection.connectTimeout = CONNECT_MS
    connection.readTimeout = READ_MS
    headers.forEach(connection::setRequestProperty)
    if (body != null) {
        connection.doOutput = true
        connection.setFixedLengthStreamingMode(body.size) // sends Content-Length
        connection.outputStream.use { it.write(body) }
    }
    val status = connection.responseCode
    val stream = if (status < 400) connection.inputStream else connection.errorStream
    val wait = connection.getHeaderField("Retry-After")?.toDoubleOrNull() ?: 0.0
    return Answer(status, stream?.use { it.readBytes() } ?: ByteArray(0), wait)
}

/** Full jitter: 0 to 0.2 · 2ⁿ seconds, at most 10, and at least what the service asked for. */
fun pause(attempt: Int, askedSeconds: Double = 0.0) {
    val most = minOf(10.0, 0.2 * (1 shl attempt))
    Thread.sleep((1000 * maxOf(askedSeconds, Random.nextDouble(most))).toLong())
}

// --- sign-in ---------------------------------------------------------------------------------------------------------

class Tokens(val access: String, val refresh: String?)

/** The last step of the authorization-code flow with PKCE: a Custom Tab has opened `<hosted_ui>/oauth2/authorize` and
 * came back to the app's address with `code`. `hosted_ui` and `client_id` are in `<site>/config.json`. */
fun exchange(hostedUi: String, clientId: String, code: String, verifier: String, redirect: String): Tokens {
    val form = mapOf(
        "grant_type" to "authorization_code", "client_id" to clientId, "code" to code,
        "code_verifier" to verifier, "redirect_uri" to redirect,
    )
    val text = form.entries.joinToString("&") { "${it.key}=${URLEncoder.encode(it.value, "UTF-8")}" }
    val headers = mapOf("Content-Type" to "application/x-www-form-urlencoded")
    val answer = send("POST", "$hostedUi/oauth2/token", headers, text.toByteArray())
    if (answer.status != 200) throw Refused(answer.status, "sign-in", String(answer.body), 0.0)
    return answer.json().let { Tokens(it.getString("access_token"), it.optString("refresh_token")) }
}

/** With name and password, where `config.json` says `"auth": "password"`: on a laptop. */
fun signIn(endpoint: String, clientId: String, name: String, password: String): Tokens {
    val asked = JSONObject()
        .put("AuthFlow", "USER_PASSWORD_AUTH").put("ClientId", clientId)
        .put("AuthParameters", JSONObject().put("USERNAME", name).put("PASSWORD", password))
    val headers = mapOf(
        "Content-Type" to "application/x-amz-json-1.1",
        "X-Amz-Target" to "AWSCognitoIdentityProviderService.InitiateAuth",
    )
    val answer = send("POST", endpoint, headers, asked.toString().toByteArray())
    if (answer.status != 200) throw Refused(answer.status, "sign-in", String(answer.body), 0.0)
    val result = answer.json().getJSONObject("AuthenticationResult")
    return Tokens(result.getString("AccessToken"), result.optString("RefreshToken"))
}

// --- the service -----------------------------------------------------------------------------------------------------

class Reelstack(private val site: String, private val token: () -> String) {
    /** Repeated after a lost connection, 429 and 5xx, where that is harmless: GET, PUT, DELETE, or any with a `key`. */
    fun call(method: String, path: String, body: JSONObject? = null, key: String? = null, again: Boolean = key != null): Answer {
        val harmless = again || method != "POST"
        var attempt = 0
        while (true) {
            val headers = mutableMapOf("Accept" to "application/json", "Authorization" to "Bearer ${token()}")
            if (body != null) headers["Content-Type"] = "application/json"
            if (key != null) headers["Idempotency-Key"] = key
            val last = !harmless || attempt + 1 == ATTEMPTS
            try {
                val answer = send(method, site + path, headers, body?.toString()?.toByteArray())
                if (answer.status < 400) return answer
                val wait = answer.retryAfterSeconds
                if (last || answer.status !in RETRYABLE || wait > LONGEST_WAIT_SECONDS) throw refusal(answer)
                pause(attempt, wait)
            } catch (error: IOException) {
                if (last) throw error
                pause(attempt)
            }
            attempt++
        }
    }

    private fun refusal(answer: Answer): Refused {
        val problem = runCatching { answer.json() }.getOrDefault(JSONObject())
        val said = problem.optString("detail").ifEmpty { problem.optString("title", "status ${answer.status}") }
        return Refused(answer.status, problem.optString("type").substringAfterLast('/'), said, answer.retryAfterSeconds)
    }

    /** A page of the feed: `items`, each with `playback` and `receipt`, and the `session` for the next page. */
    fun feed(session: String? = null, limit: Int = 10): JSONObject {
        val next = if (session == null) "" else "&session=${URLEncoder.encode(session, "UTF-8")}"
        return call("GET", "/v1/feed?limit=$limit$next").json()
    }

    /** The first unit of a rendition: header, index and first segment, in one request. No token: the path has one. */
    fun firstUnit(playback: JSONObject, rendition: JSONObject): ByteArray {
        val master = URI(site).resolve(playback.getString("master_url").substringBefore('?'))
        val end = rendition.getJSONArray("unit_ends").getInt(0)
        val file = master.resolve("${rendition.getString("name")}.mp4").toString()
        val answer = send("GET", file, mapOf("Range" to "bytes=0-${end - 1}"))
        if (answer.status != 206) throw Refused(answer.status, "media", "status ${answer.status}", 0.0)
        return answer.body
    }

    /** Counts once, however often it is sent. */
    fun like(videoId: String) = call("PUT", "/v1/videos/$videoId/like")

    /** Make the key when the comment is written and keep it with the text: sent again, it is the same comment. */
    fun comment(videoId: String, text: String, key: String) =
        call("POST", "/v1/videos/$videoId/comments", JSONObject().put("text", text), key).json()

    /** At most 100 events; an event's id makes it harmless to send it again. `retry` are places to send again later. */
    fun report(events: List<JSONObject>): JSONObject {
        val body = JSONObject().put("sent_at", System.currentTimeMillis()).put("events", JSONArray(events))
        return call("POST", "/v1/events", body, again = true).json()
    }

    /** Uploads a file, or goes on with it: `memory` holds the upload's key and id, so that a killed app resumes. */
    fun upload(file: File, title: String, memory: File): JSONObject {
        val kept = if (memory.exists()) JSONObject(memory.readText()) else JSONObject().put("key", UUID.randomUUID().toString())
        memory.writeText(kept.toString()) // before the request: a crash after it asks for the same upload
        if (!kept.has("upload_id")) {
            val wish = JSONObject().put("title", title).put("size_bytes", file.length()).put("content_type", "video/mp4")
            val made = call("POST", "/v1/uploads", wish, kept.getString("key")).json()
            memory.writeText(kept.put("upload_id", made.getString("upload_id")).toString())
        }
        val path = "/v1/uploads/${kept.getString("upload_id")}"
        var upload = try {
            call("GET", path).json()
        } catch (gone: Refused) {
            if (gone.status == 404 || gone.status == 409) memory.delete() // storage has dropped it: the next call begins anew
            throw gone
        }
        while (upload.getString("state") == "open") {
            val held = upload.getJSONArray("held").objects().map { it.getInt("number") }.toSet()
            val missing = (1..upload.getInt("part_count")).filter { it !in held }
            if (missing.isEmpty()) {
                upload = call("POST", "$path/complete", again = true).json()
            } else {
                missing.take(4).forEach { sendPart(file, path, it, upload.getLong("part_size_bytes")) }
                upload = call("GET", path).json()
            }
        }
        memory.delete()
        return upload
    }

    /** Signs a part and sends it. 403: its signature has ended, 400: it was damaged. Both mean to sign again. */
    private fun sendPart(file: File, path: String, number: Int, partBytes: Long) {
        val wish = JSONObject().put("parts", JSONArray().put(JSONObject().put("number", number)))
        for (attempt in 0 until ATTEMPTS) {
            val part = call("POST", "$path/parts", wish, again = true).json().getJSONArray("parts").getJSONObject(0)
            val bytes = ByteArray(part.getInt("size_bytes"))
            RandomAccessFile(file, "r").use { it.seek((number - 1) * partBytes); it.readFully(bytes) }
            val headers = part.getJSONObject("headers").strings()
            val status = try { send("PUT", part.getString("url"), headers, bytes).status } catch (_: IOException) { 0 }
            if (status in 200..299) return
            if (status != 0 && status !in RETRYABLE && status != 400 && status != 403) throw Refused(status, "storage", "part $number", 0.0)
            pause(attempt)
        }
        throw IOException("part $number did not get through; the same call resumes later")
    }
}

fun JSONArray.objects() = (0 until length()).map(::getJSONObject)

fun JSONObject.strings() = keys().asSequence().associateWith { getString(it) }

/** A UUID of version 7: milliseconds, then chance. */
fun eventId(): String {
    val most = (System.currentTimeMillis() shl 16) or 0x7000L or Random.nextLong(0x1000)
    val least = (Random.nextLong() and 0x3FFF_FFFF_FFFF_FFFFL) or Long.MIN_VALUE
    return UUID(most, least).toString()
}

/** A view: its id is that of its `play`, and later events carry it. */
fun event(type: String, video: JSONObject, more: Map<String, Any> = emptyMap()): JSONObject {
    val made = JSONObject(more).put("id", eventId()).put("type", type).put("at", System.currentTimeMillis())
    return made.put("video_id", video.getString("video_id")).put("receipt", video.getString("receipt"))
}
