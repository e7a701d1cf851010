// Package images will hold the build, verification and restoration of guest images.
//
// Nothing of it is built yet; see the README for what is.
package images
