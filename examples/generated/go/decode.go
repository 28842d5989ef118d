// Reads one value of gitlab.push from standard input and prints it as JSON. SCHEMA_REGISTRY_URL=… go run .
package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"

	"example/gitlabbridge"

	"github.com/hamba/avro/v2"
)

func writerSchema(id uint32) (avro.Schema, error) {
	response, err := http.Get(fmt.Sprintf("%s/schemas/ids/%d", os.Getenv("SCHEMA_REGISTRY_URL"), id))
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var answer struct{ Schema string }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, err
	}
	return avro.Parse(answer.Schema)
}

// Byte 0 is zero, bytes 1 to 4 are the id of the writer's schema, the rest is Avro.
func decode(value []byte) (push gitlabbridge.Push, err error) {
	if len(value) < 5 || value[0] != 0 {
		return push, errors.New("not in Confluent wire format")
	}
	schema, err := writerSchema(binary.BigEndian.Uint32(value[1:5]))
	if err != nil {
		return push, err
	}
	return push, avro.Unmarshal(schema, value[5:], &push)
}

func main() {
	value, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	push, err := decode(value)
	if err != nil {
		log.Fatal(err)
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"delivery": push.Delivery.ID, "fact_basis": push.Delivery.FactBasis,
		"received_at": push.Delivery.ReceivedAt, "ref": push.Ref, "user_username": push.UserUsername,
		"visibility": push.Project.Visibility, "commits": len(push.Commits),
	})
}
