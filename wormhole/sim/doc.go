// Package sim is the simulator.
package sim
