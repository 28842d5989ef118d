// Verifies a log in a folder with Go's implementation of transparency logs, which shares no code with ours:
//
//	checkpoint        the signed note
//	key               the verifier key
//	tile/…            the tiles, with the paths of C2SP tlog-tiles
//	leaves.json       the hashes of the leaves in base64
//	proofs.json       {"inclusion": [{"index", "proof"}], "consistency": [{"size", "root", "proof"}]}
//
// With the argument `prove FOLDER` it verifies what `bridge audit prove --since` printed, from three files: `printed`, the
// older checkpoint `old`, and `key`.
//
// It prints one line that says how much it verified, and exits with 1 at the first fault.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type proofs struct {
	Inclusion []struct {
		Index int64
		Proof []string
	}
	Consistency []struct {
		Size  int64
		Root  string
		Proof []string
	}
}

func check(what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

func read(folder, name string) []byte {
	data, err := os.ReadFile(filepath.Join(folder, name))
	check(name, err)
	return data
}

func hash(text string) tlog.Hash {
	parsed, err := tlog.ParseHash(text)
	check("hash "+text, err)
	return parsed
}

func hashes(texts []string) []tlog.Hash {
	var parsed []tlog.Hash
	for _, text := range texts {
		parsed = append(parsed, hash(text))
	}
	return parsed
}

// tiles reads tiles from a folder. The checksum database has the height in its paths, and C2SP has not.
type tiles struct{ folder string }

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// open checks the signature of a checkpoint and returns its origin and its tree.
func open(what, text string, verifier note.Verifier) (string, tlog.Tree) {
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	check(what, err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(what, err)
	return lines[0], tlog.Tree{N: size, Hash: hash(lines[2])}
}

// verifyPrinted verifies a proof of C2SP tlog-proof, and behind it a request of C2SP tlog-witness.
func verifyPrinted(folder string, verifier note.Verifier) {
	proof, growth, _ := strings.Cut(string(read(folder, "printed")), "\nold ")
	head, checkpoint, _ := strings.Cut(proof, "\n\n")
	origin, tree := open("checkpoint of the proof", checkpoint, verifier)
	lines := strings.Split(head, "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		check("printed", fmt.Errorf("the first line is %q", lines[0]))
	}
	leaf, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	check("extra", err)
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	check("index", err)
	check("inclusion", tlog.CheckRecord(hashes(lines[3:]), tree.N, tree.Hash, index, tlog.RecordHash(leaf)))

	_, old := open("old", string(read(folder, "old")), verifier)
	head, checkpoint, _ = strings.Cut(growth, "\n\n")
	_, grown := open("checkpoint of the growth", checkpoint, verifier)
	lines = strings.Split(head, "\n")
	if lines[0] != strconv.FormatInt(old.N, 10) || grown != tree {
		check("printed", fmt.Errorf("the growth is that of %s leaves", lines[0]))
	}
	check("growth", tlog.CheckTree(hashes(lines[1:]), grown.N, grown.Hash, old.N, old.Hash))
	fmt.Printf("verified %s: leaf %d of %d, and the growth from %d\n", origin, index, tree.N, old.N)
}

func main() {
	folder := os.Args[len(os.Args)-1]
	verifier, err := note.NewVerifier(strings.TrimSpace(string(read(folder, "key"))))
	check("key", err)
	if os.Args[1] == "prove" {
		verifyPrinted(folder, verifier)
		return
	}
	origin, tree := open("checkpoint", string(read(folder, "checkpoint")), verifier)
	size := tree.N
	reader := tlog.TileHashReader(tree, tiles{folder})

	var leaves []string
	check("leaves.json", json.Unmarshal(read(folder, "leaves.json"), &leaves))
	if int64(len(leaves)) != size {
		check("leaves.json", fmt.Errorf("%d leaves, but the checkpoint has %d", len(leaves), size))
	}
	var indexes []int64
	for index := range size {
		indexes = append(indexes, tlog.StoredHashIndex(0, index))
	}
	// The reader checks every tile that it reads against the root of the checkpoint.
	stored, err := reader.ReadHashes(indexes)
	check("tiles", err)
	for index, text := range leaves {
		if stored[index] != hash(text) {
			check(fmt.Sprintf("leaf %d", index), fmt.Errorf("its hash differs from the tile"))
		}
	}

	var given proofs
	check("proofs.json", json.Unmarshal(read(folder, "proofs.json"), &given))
	for _, each := range given.Inclusion {
		what := fmt.Sprintf("inclusion of leaf %d", each.Index)
		check(what, tlog.CheckRecord(hashes(each.Proof), size, tree.Hash, each.Index, hash(leaves[each.Index])))
		own, err := tlog.ProveRecord(size, each.Index, reader)
		check(what, err)
		if !slices.Equal(own, tlog.RecordProof(hashes(each.Proof))) {
			check(what, fmt.Errorf("Go makes another proof"))
		}
	}
	for _, each := range given.Consistency {
		what := fmt.Sprintf("consistency with size %d", each.Size)
		check(what, tlog.CheckTree(hashes(each.Proof), size, tree.Hash, each.Size, hash(each.Root)))
		own, err := tlog.ProveTree(size, each.Size, reader)
		check(what, err)
		if !slices.Equal(own, tlog.TreeProof(hashes(each.Proof))) {
			check(what, fmt.Errorf("Go makes another proof"))
		}
	}
	fmt.Printf("verified %s: %d leaves, %d inclusion proofs, %d consistency proofs\n",
		origin, size, len(given.Inclusion), len(given.Consistency))
}
