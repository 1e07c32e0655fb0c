
19-ended.part := I
19-ended.title := Ended
19-ended.kind := modules
19-ended.write := ended.c
19-ended.given :=
19-ended.headers := ended.h
