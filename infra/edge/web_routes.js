// Viewer request on everything that is neither media nor API: the web app's own routes (/, /signed-in, /clip/42)
// have no file of their own, so they all get the page; names with an extension are files and stay as they are.
function handler(event) {
  const request = event.request;
  const name = request.uri.slice(request.uri.lastIndexOf('/') + 1);
  if (!name.includes('.')) {
    request.uri = '/index.html';
  }
  return request;
}
