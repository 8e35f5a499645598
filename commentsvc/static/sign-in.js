// Tells the page that opened this window, and no other, by which token its reader is known; then the window is done.

const { origin, nonce, token, name } = document.getElementById("signed-in").dataset;

if (window.opener) {
  window.opener.postMessage({ type: "commentsvc:signed-in", nonce, token, name }, origin);
  window.close();
} else {
  document.getElementById("lost").hidden = false;
}
