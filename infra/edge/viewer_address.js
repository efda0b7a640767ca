// Viewer request on /v1/*: tells the API who asks, by address, over whatever the viewer sent under that name.
function handler(event) {
  const request = event.request;
  request.headers['x-viewer-address'] = { value: event.viewer.ip };
  return request;
}
