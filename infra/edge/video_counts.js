// Viewer request on /v1/videos/*/counts: leads the API to the route that is for everybody, and tells it who asks, over
// whatever the viewer sent under that name. No token goes with it, and no query: what is kept for everybody is the same
// for everybody, so the path alone is the cache key.
function handler(event) {
  const request = event.request;
  request.headers['x-viewer-address'] = { value: event.viewer.ip };
  delete request.headers.authorization;
  request.uri = '/anonymous' + request.uri;
  request.querystring = {};
  return request;
}
