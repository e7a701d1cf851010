package policies

import (
	"strings"
	"unicode"
)

// meant is the advice for a word that is not one of words: the word that it is a slip of the keyboard away from, or all.
func meant(got string, words []string) string {
	best, least := "", 1+max(1, min(len(got), maxWord)/3)
	for _, w := range words {
		if d := distance(strings.ToLower(got), strings.ToLower(w)); d < least {
			best, least = w, d
		}
	}
	if best == "" {
		return "use " + anyOf(words)
	}
	return "did you mean " + best + "?"
}

// maxWord is longer than every key; a longer word is nobody's slip, and comparing it would cost the product of the lengths.
const maxWord = 32

// distance is the number of letters to insert, delete or replace to make b of a (Levenshtein), or too many for a long word.
func distance(a, b string) int {
	if len(a) > maxWord || len(b) > maxWord {
		return maxWord
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// anyOf writes words as people list them: a, b or c.
func anyOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// clip shortens what a file says before it goes into a message: the message must stay one readable line.
func clip(s string) string {
	const most = 64
	dots := ""
	if len(s) > most {
		s, dots = s[:most], "..."
	}
	return strings.Map(printable, strings.ToValidUTF8(s, "")) + dots
}

// printable replaces what could break the line, or a terminal.
func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return '?'
}
