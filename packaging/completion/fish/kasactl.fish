# fish completion for kasactl; made by scripts/completion.py
complete -c kasactl -n 'set -l t (commandline -opc); test (count $t) -eq 1' -f -a discover -d 'find the devices on the network and what they read'
complete -c kasactl -n 'set -l t (commandline -opc); test (count $t) -eq 1' -f -a read -d 'read one device in full'
complete -c kasactl -n 'set -l t (commandline -opc); test (count $t) -eq 1' -f -a watch -d 'the live table of a running collectd'
complete -c kasactl -n 'set -l t (commandline -opc); test (count $t) -eq 1' -f -a energy -d 'what was used and what it costs'
complete -c kasactl -n 'set -l t (commandline -opc); test (count $t) -eq 1' -f -a report -d 'what a day, week or month used and cost'
complete -c kasactl -n 'set -l t (commandline -opc); test (count $t) -eq 1' -f -a graph -d 'pictures and pages from collectds RRD files'
complete -c kasactl -n 'set -l t (commandline -opc); test (count $t) -eq 1' -f -a alerts -d 'what is wrong now; acknowledge, test, explain'
complete -c kasactl -n 'set -l t (commandline -opc); test (count $t) -eq 1' -f -a appliance -d 'what was learned of an appliance; try settings on a curve'
complete -c kasactl -n 'set -l t (commandline -opc); test (count $t) -eq 1' -f -a check -d 'read the configuration and say what it means'
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = discover' -l config
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = discover' -l help
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = discover' -l json
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = discover' -l password-file
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = discover' -l target
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = discover' -l username
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = discover' -l wait
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = read' -l config
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = read' -l help
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = read' -l json
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = read' -l password-file
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = read' -l target
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = read' -l username
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = read' -l wait
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = read' -l watch
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = watch' -l filter
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = watch' -l help
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = watch' -l interval
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = watch' -l label
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = watch' -l metrics
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = watch' -l once
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = watch' -l show
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = watch' -l sort
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = watch' -l wait
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy' -l before
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy' -l by
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy' -l config
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy' -l csv
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy' -l days
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy' -l dry-run
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy' -l from
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy' -l help
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy' -l interval
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy' -l json
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy' -l load
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy' -l month
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy' -l state
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy' -l tariff
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy' -l to
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy' -l top
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy' -l unpriced
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy' -l yes
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = report' -l alerts
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = report' -l config
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = report' -l date
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = report' -l day
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = report' -l help
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = report' -l html
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = report' -l json
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = report' -l month
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = report' -l state
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = report' -l week
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = graph' -l config
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = graph' -l help
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = graph' -l kind
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = graph' -l out
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = graph' -l rrd
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = graph' -l span
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = alerts' -l at
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = alerts' -l channel
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = alerts' -l comment
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = alerts' -l for
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = alerts' -l force
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = alerts' -l help
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = alerts' -l json
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = alerts' -l level
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = alerts' -l limit
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = alerts' -l since
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = alerts' -l socket
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = alerts' -l until
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = appliance' -l config
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = appliance' -l csv
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = appliance' -l days
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = appliance' -l help
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = appliance' -l interval
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = appliance' -l json
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = appliance' -l kind
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = appliance' -l rrd
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = appliance' -l set
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = appliance' -l state
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = check' -l help
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = energy; and test (count $t) -eq 2' -f -a 'count currency cycles export learned price prices rename reprice'
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = alerts; and test (count $t) -eq 2' -f -a 'ack channel explain history list maintenance queue render report resolve show silence stats status test unack'
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = alerts; and test (count $t) -eq 3; and test "$t[3]" = channel' -f -a 'enable list'
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = alerts; and test (count $t) -eq 3; and test "$t[3]" = queue' -f -a 'drop list retry'
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = alerts; and test (count $t) -eq 3; and test "$t[3]" = silence' -f -a 'add end list'
complete -c kasactl -n 'set -l t (commandline -opc); test "$t[2]" = appliance; and test (count $t) -eq 2' -f -a 'learn reset show try'
