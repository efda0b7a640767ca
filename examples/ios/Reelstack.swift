// Reelstack over plain HTTP for iOS: sign-in, feed, playback by fetch units, like, comment, events, and an upload that is
// resumed, also in the background. Foundation alone. docs/mobile.md explains each request.
import Foundation

/// An answer with a status of 400 or more. `type` is the end of the problem's address, such as "video-not-found".
struct Refused: Error {
    let status: Int
    let type: String
    let detail: String
    let retryAfterSeconds: Double
}

struct Tokens: Decodable {
    let accessToken: String
    let refreshToken: String?
}

struct Unit: Decodable {
    let name: String
    let codec: String
    let unitEnds: [Int]?
}

struct Playback: Decodable {
    let masterUrl: String?
    let posterUrl: String?
    let renditions: [Unit]
}

struct Video: Decodable {
    let videoId: String
    let title: String
    let receipt: String?
    let playback: Playback?
}

struct FeedPage: Decodable {
    let items: [Video]
    let session: String
}

struct Part: Decodable {
    let number: Int
    let url: URL
    let headers: [String: String]
    let sizeBytes: Int
}

struct SignedParts: Decodable {
    let parts: [Part]
}

struct HeldPart: Decodable {
    let number: Int
}

struct Upload: Decodable {
    let uploadId: String
    let videoId: String
    let state: String
    let partSizeBytes: Int
    let partCount: Int
    let held: [HeldPart]?
}

struct Comment: Decodable {
    let commentId: String
}

let retryable: Set<Int> = [408, 425, 429, 500, 502, 503, 504]
let attempts = 6
let longestWaitSeconds = 60.0

/// Full jitter: 0 to 0.2 · 2ⁿ seconds, at most 10, and at least what the service asked for.
func pause(_ attempt: Int, asked: Double = 0) async throws {
    let most = min(10, 0.2 * pow(2, Double(attempt)))
    try await Task.sleep(nanoseconds: UInt64(max(asked, Double.random(in: 0...most)) * 1_000_000_000))
}

// MARK: - Sign-in

/// The last step of the authorization-code flow with PKCE: ASWebAuthenticationSession has opened
/// `<hosted_ui>/oauth2/authorize` and came back to the app's address with `code`. `hosted_ui` and `client_id` are in
/// `<site>/config.json`.
func exchange(hostedUi: URL, clientId: String, code: String, verifier: String, redirect: String) async throws -> Tokens {
    var form = URLComponents()
    form.queryItems = [
        URLQueryItem(name: "grant_type", value: "authorization_code"),
        URLQueryItem(name: "client_id", value: clientId),
        URLQueryItem(name: "code", value: code),
        URLQueryItem(name: "code_verifier", value: verifier),
        URLQueryItem(name: "redirect_uri", value: redirect),
    ]
    var request = URLRequest(url: hostedUi.appendingPathComponent("oauth2/token"))
    request.httpMethod = "POST"
    request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
    request.httpBody = form.percentEncodedQuery?.data(using: .utf8)
    let (data, response) = try await URLSession.shared.data(for: request)
    guard (response as? HTTPURLResponse)?.statusCode == 200 else {
        throw Refused(status: 400, type: "sign-in", detail: String(decoding: data, as: UTF8.self), retryAfterSeconds: 0)
    }
    return try Reelstack.decoder.decode(Tokens.self, from: data)
}

// MARK: - The service

final class Reelstack {
    static let decoder: JSONDecoder = {
        let made = JSONDecoder()
        made.keyDecodingStrategy = .convertFromSnakeCase
        return made
    }()

    private let site: URL
    private let token: () async throws -> String

    init(site: URL, token: @escaping () async throws -> String) {
        self.site = site
        self.token = token
    }

    /// Repeated after a lost connection, 429 and 5xx, where that is harmless: GET, PUT, DELETE, or any with a `key`.
    @discardableResult
    func call(
        _ method: String, _ path: String, body: [String: Any]? = nil, key: String? = nil, again: Bool = false
    ) async throws -> Data {
        let harmless = again || key != nil || method != "POST"
        var attempt = 0
        while true {
            guard let url = URL(string: path, relativeTo: site) else { throw URLError(.badURL) }
            var request = URLRequest(url: url, timeoutInterval: 30)
            request.httpMethod = method
            request.setValue("application/json", forHTTPHeaderField: "Accept")
            request.setValue("Bearer \(try await token())", forHTTPHeaderField: "Authorization")
            if let key { request.setValue(key, forHTTPHeaderField: "Idempotency-Key") }
            if let body {
                request.setValue("application/json", forHTTPHeaderField: "Content-Type")
                request.httpBody = try JSONSerialization.data(withJSONObject: body)
            }
            let last = !harmless || attempt + 1 == attempts
            do {
                let (data, response) = try await URLSession.shared.data(for: request)
                guard let answer = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
                if answer.statusCode < 400 { return data }
                let refused = refusal(answer, data)
                if last || !retryable.contains(refused.status) || refused.retryAfterSeconds > longestWaitSeconds {
                    throw refused
                }
                try await pause(attempt, asked: refused.retryAfterSeconds)
            } catch let error as URLError {
                if last { throw error }
                try await pause(attempt)
            }
            attempt += 1
        }
    }

    private func refusal(_ answer: HTTPURLResponse, _ data: Data) -> Refused {
        let problem = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
        let type = (problem["type"] as? String ?? "unknown").components(separatedBy: "/").last ?? "unknown"
        let detail = problem["detail"] as? String ?? problem["title"] as? String ?? "status \(answer.statusCode)"
        let wait = Double(answer.value(forHTTPHeaderField: "Retry-After") ?? "") ?? 0
        return Refused(status: answer.statusCode, type: type, detail: detail, retryAfterSeconds: wait)
    }

    /// A page of the feed: `items`, each with `playback` and `receipt`, and the `session` for the next page.
    func feed(session: String? = nil, limit: Int = 10) async throws -> FeedPage {
        var path = "/v1/feed?limit=\(limit)"
        if let session, let safe = session.addingPercentEncoding(withAllowedCharacters: .alphanumerics) {
            path += "&session=\(safe)"
        }
        return try Self.decoder.decode(FeedPage.self, from: try await call("GET", path))
    }

    /// The first unit of a rendition: header, index and first segment, in one request. No token: the path has one.
    /// AVPlayer takes `masterUrl` as it is and needs none of this; a player of your own fetches by units.
    func firstUnit(of rendition: Unit, in playback: Playback) async throws -> Data {
        guard let end = rendition.unitEnds?.first,
              let address = playback.masterUrl,
              let master = URL(string: address, relativeTo: site)?.absoluteURL
        else { throw URLError(.badURL) }
        let file = master.deletingLastPathComponent().appendingPathComponent("\(rendition.name).mp4")
        var request = URLRequest(url: file)
        request.setValue("bytes=0-\(end - 1)", forHTTPHeaderField: "Range")
        return try await URLSession.shared.data(for: request).0
    }

    /// Counts once, however often it is sent.
    func like(_ videoId: String) async throws {
        try await call("PUT", "/v1/videos/\(videoId)/like")
    }

    /// Make the key when the comment is written and keep it with the text: sent again, it is the same comment.
    func comment(_ videoId: String, text: String, key: String) async throws -> Comment {
        let data = try await call("POST", "/v1/videos/\(videoId)/comments", body: ["text": text], key: key)
        return try Self.decoder.decode(Comment.self, from: data)
    }

    /// At most 100 events; an event's id makes it harmless to send it again.
    func report(_ events: [[String: Any]]) async throws {
        let sentAt = Int(Date().timeIntervalSince1970 * 1000)
        try await call("POST", "/v1/events", body: ["sent_at": sentAt, "events": events], again: true)
    }

    // MARK: Upload

    /// Begins an upload or finds it again: `memory` keeps its key and id, so that a killed app resumes. What is done, or
    /// was dropped by storage, is forgotten: the next file at that path is another upload.
    func begin(_ file: URL, title: String) async throws -> Upload {
        let memory = UserDefaults.standard
        let place = "upload:\(file.path)"
        var kept = memory.dictionary(forKey: place) as? [String: String] ?? ["key": UUID().uuidString]
        memory.set(kept, forKey: place)  // before the request: a crash after it asks for the same upload
        if kept["id"] == nil {
            let size = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
            let wish: [String: Any] = ["title": title, "size_bytes": size, "content_type": "video/mp4"]
            let data = try await call("POST", "/v1/uploads", body: wish, key: kept["key"])
            kept["id"] = try Self.decoder.decode(Upload.self, from: data).uploadId
            memory.set(kept, forKey: place)
        }
        do {
            let data = try await call("GET", "/v1/uploads/\(kept["id"] ?? "")")
            let upload = try Self.decoder.decode(Upload.self, from: data)
            if upload.state != "open" { memory.removeObject(forKey: place) }
            return upload
        } catch let refused as Refused where refused.status == 404 || refused.status == 409 {
            memory.removeObject(forKey: place)
            throw refused
        }
    }

    /// Hands the next parts that storage lacks to `background`, which sends them while the app sleeps. Call `begin` and
    /// this again on `urlSessionDidFinishEvents`: 403 means that a signature has ended, 400 that bytes were damaged, and
    /// both that the part is signed again here. True: storage has all of it.
    func sendMissing(of upload: Upload, from file: URL, in background: URLSession, atOnce: Int = 8) async throws -> Bool {
        if upload.state != "open" { return true }
        let held = Set((upload.held ?? []).map(\.number))
        let missing = (1...upload.partCount).filter { !held.contains($0) }
        if missing.isEmpty {
            try await call("POST", "/v1/uploads/\(upload.uploadId)/complete", again: true)
            UserDefaults.standard.removeObject(forKey: "upload:\(file.path)")
            for number in 1...upload.partCount { try? FileManager.default.removeItem(at: place(of: number, in: upload)) }
            return true
        }
        let wish = ["parts": missing.prefix(atOnce).map { ["number": $0] }]
        let data = try await call("POST", "/v1/uploads/\(upload.uploadId)/parts", body: wish, again: true)
        for part in try Self.decoder.decode(SignedParts.self, from: data).parts {
            var request = URLRequest(url: part.url)
            request.httpMethod = "PUT"
            part.headers.forEach { request.setValue($0.value, forHTTPHeaderField: $0.key) }
            let task = background.uploadTask(with: request, fromFile: try slice(part, of: upload, from: file))
            task.taskDescription = String(part.number)
            task.resume()
        }
        return false
    }

    /// A part as a file of its own: background transfers send files, not memory.
    private func slice(_ part: Part, of upload: Upload, from file: URL) throws -> URL {
        let handle = try FileHandle(forReadingFrom: file)
        defer { try? handle.close() }
        try handle.seek(toOffset: UInt64((part.number - 1) * upload.partSizeBytes))
        let target = place(of: part.number, in: upload)
        try (try handle.read(upToCount: part.sizeBytes) ?? Data()).write(to: target)
        return target
    }

    private func place(of number: Int, in upload: Upload) -> URL {
        let caches = FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask)[0]
        return caches.appendingPathComponent("\(upload.uploadId).\(number)")
    }
}

/// An event of now; the id of a `play` is the `view_id` of what follows.
func event(_ type: String, _ video: Video, _ more: [String: Any] = [:]) -> [String: Any] {
    var made = more
    made["id"] = eventId()
    made["type"] = type
    made["at"] = Int(Date().timeIntervalSince1970 * 1000)
    made["video_id"] = video.videoId
    made["receipt"] = video.receipt
    return made
}

/// A UUID of version 7: milliseconds, then chance.
func eventId() -> String {
    let milliseconds = UInt64(Date().timeIntervalSince1970 * 1000)
    let text = String(format: "%012llx7%03x", milliseconds, UInt64.random(in: 0..<0x1000))
        + String(format: "%016llx", UInt64.random(in: 0..<(1 << 62)) | 1 << 63)
    let parts = [text.prefix(8), text.dropFirst(8).prefix(4), text.dropFirst(12).prefix(4), text.dropFirst(16).prefix(4)]
    return parts.map(String.init).joined(separator: "-") + "-" + text.dropFirst(20)
}
